use leakguard_core::*;
fn main() {
    let file = std::fs::File::open(std::env::args().nth(1).unwrap()).unwrap();
    let length = file.metadata().ok().map(|m| m.len());
    let watch = Watch::default();
    let t = std::time::Instant::now();
    let graph = format::parse(Source { reader: Box::new(file), length }, &Limits::default(), &watch).unwrap();
    println!(
        "{} nodes {} edges {} strings {:?}",
        graph.node_count(),
        graph.edge_count(),
        graph.strings().len(),
        t.elapsed()
    );
    println!("{:?} {:?}", graph.name(graph::NodeIx(3)), graph.self_size(graph::NodeIx(100)));
}

use leakguard_core::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let length = file.metadata().ok().map(|m| m.len());
    let watch = Watch::default();
    let t = std::time::Instant::now();
    let graph = format::parse(Source { reader: Box::new(file), length }, &Limits::default(), &watch).unwrap();
    let parse = t.elapsed();
    let heap = analysis::Heap::new(graph, &watch).unwrap();
    println!(
        "{} nodes {} edges parse {parse:?} total {:?}",
        heap.graph().node_count(),
        heap.graph().edge_count(),
        t.elapsed()
    );
    if let Some(dir) = std::env::args().nth(2) {
        let col = |n: &str| std::fs::read(format!("{dir}/{n}")).unwrap();
        let f = |v: &[u8]| v.chunks(8).map(|c| f64::from_le_bytes(c.try_into().unwrap())).collect::<Vec<_>>();
        let u = |v: &[u8]| v.chunks(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect::<Vec<_>>();
        let (ret, dist, dom, own, cls) = (
            f(&col("retained.f64")),
            u(&col("distance.i32")),
            u(&col("dominator.u32")),
            u(&col("self_adjusted.u32")),
            u(&col("class_plain.u32")),
        );
        let names: Vec<String> = serde_json::from_slice(&col("class_names_plain.json")).unwrap();
        let mut bad = [0; 5];
        for n in heap.graph().nodes() {
            let i = n.0 as usize;
            let checks = [
                heap.retained(n) as f64 == ret[i],
                heap.distance(n) == dist[i] as i32,
                heap.idom(n).0 == dom[i],
                heap.self_size(n) as u32 == own[i],
                heap.class_name(n) == names[cls[i] as usize],
            ];
            for (k, ok) in checks.iter().enumerate() {
                if !ok {
                    bad[k] += 1;
                    if bad[k] < 3 {
                        println!(
                            "{k} node {i} {:?} got {:?} want {:?}",
                            heap.graph().name(n),
                            (heap.retained(n), heap.distance(n), heap.idom(n), heap.self_size(n), heap.class_name(n)),
                            (ret[i], dist[i] as i32, dom[i], own[i], &names[cls[i] as usize])
                        );
                    }
                }
            }
        }
        println!("{path}: bad {bad:?}");
    }
}

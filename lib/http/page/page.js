<!doctype html><title>leakguard</title>

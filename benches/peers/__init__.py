"""dlcore beside what a user could take instead, each at its best.

`run` is where it begins. Each workload has a room (`training`, `full_batch`, `matmul`, `predict`, `sweep`)
that says what is measured and what dlcore should reach. Each peer has a file `*_peer` that says how it is
done there; `worker` runs it in a process of its own, `contest` lets the processes take turns, `report` and
`plots` tell what came out.
"""

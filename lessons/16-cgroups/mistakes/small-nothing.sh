# verify: there is no cgroup small

# verify: there is no cgroup team

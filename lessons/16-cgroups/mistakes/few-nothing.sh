# verify: there is no cgroup few

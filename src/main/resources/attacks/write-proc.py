for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
             "/proc/sys/kernel/randomize_va_space", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger", "/proc/sys/fs/file-max",
             "/proc/irq/0/smp_affinity", "/proc/mtrr", "/proc/acpi/wakeup", "/proc/sys/kernel/pid_max", "/proc/1/oom_score_adj",
             "/proc/1/comm", "/proc/1/mem", "/proc/bus/pci/devices", "/proc/sys/kernel/ns_last_pid", "/proc/self/attr/current"):
    door(path, lambda: write(path, b"0"))
end()

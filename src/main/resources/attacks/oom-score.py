# Never below the server's: that must not be the one to go.
first = int(os.environ["CANARY_OOM_SCORE"])
for wanted in (-1000, -999, -1, first - 1):
    def lower():
        if wanted >= first:
            return None
        write("/proc/self/oom_score_adj", str(wanted).encode())
        return int(read("/proc/self/oom_score_adj")) < first
    door(f"the score {wanted}", lower)
end()

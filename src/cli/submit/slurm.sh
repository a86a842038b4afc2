#!/bin/sh
# {{shards}} shards of one study as a job array, once for each round, then its publishing. Nothing is submitted before you run
# this script:
#   sh submit.sh
# The folder of --out must be one that all nodes see. A node that is lost gives its task back (--requeue), and the task goes
# on from its finished units. Fifteen seconds before the time limit rccsim is told to end, keeps what is finished, and the
# task is queued again.
set -eu
cat > rccsim-shard.sh <<'SHARD'
#!/bin/sh
srun --ntasks=1 {{command}} --jobs "${SLURM_CPUS_PER_TASK:-1}" --shard /{{shards}}
code=$?
if [ "$code" -eq 130 ]; then scontrol requeue "$SLURM_ARRAY_JOB_ID"_"$SLURM_ARRAY_TASK_ID"; fi
exit "$code"
SHARD
cat > rccsim-publish.sh <<'PUBLISH'
#!/bin/sh
srun --ntasks=1 {{command}} --jobs "${SLURM_CPUS_PER_TASK:-1}"
code=$?
# An objective that is missed (3) or open (4) is an answer, no failure.
case "$code" in 0 | 3 | 4) exit 0 ;; esac
exit "$code"
PUBLISH
after=
for round in {{rounds}}; do
  array=$(sbatch --parsable --job-name=rccsim --array=1-{{shards}} --requeue --open-mode=append \
    --cpus-per-task={{cores}} --time={{hours}}:00:00 --signal=TERM@15 $after rccsim-shard.sh)
  after=--dependency=afterok:$array
done
sbatch --parsable --job-name=rccsim-publish --requeue --open-mode=append \
  --cpus-per-task={{cores}} --time={{hours}}:00:00 "$after" rccsim-publish.sh

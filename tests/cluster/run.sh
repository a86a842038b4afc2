#!/usr/bin/env bash
# A study on a Slurm of two nodes, both on this machine: an array of ten shards, one node killed on the way with its tasks,
# requeued, published, and compared byte for byte with what one process makes. With 50 replications it took seven and a
# half minutes on two cores, half of them waiting until Slurm gives up the node. Needs root, and
#   apt-get install -y --no-install-recommends slurm-wlm munge
#   tests/cluster/run.sh [REPLICATIONS]
# It listens on 127.0.0.1 only, and stops no process that it did not start.
set -euo pipefail
cd "$(dirname "$0")/../.."
replications=${1:-50}
cargo build --release --quiet
PATH="$PWD/target/release:$PATH"
dir=$(mktemp -d)
chmod 755 "$dir"
started=()

stop() { # each process that was started, by its id
  for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
  sleep 1
  for id in "${started[@]}"; do kill -9 "$id" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap stop EXIT

descendants() { # of a process: slurmd leaves its step daemons to init, which the id of the node's spool folder tells
  local id
  for id in $(ps -o pid= --ppid "$1" 2>/dev/null); do echo "$id"; descendants "$id"; done
}

wait_for() { # SECONDS, WHAT, then a command that succeeds when it is there
  local left=$1 what=$2
  shift 2
  until "$@"; do
    ((left-- > 0)) || { echo "$what did not come"; tail -n 5 "$dir"/log/*.log "$dir"/slurm-*.out 2>/dev/null; exit 1; }
    sleep 1
  done
}

mkdir -p "$dir"/{k,state,log,spool.N1,spool.N2,work}
chmod 700 "$dir/k"
head -c 128 /dev/urandom >"$dir/k/key"
chmod 600 "$dir/k/key"
sed -e "s|@DIR@|$dir|g" -e "s|@HOST@|$(hostname -s)|g" tests/cluster/slurm.conf.in >"$dir/slurm.conf"
export SLURM_CONF="$dir/slurm.conf"
chown -R "$(id -u):$(id -g)" "$dir"
munged --foreground --socket="$dir/sock" --key-file="$dir/k/key" --pid-file="$dir/munged.pid" \
  --log-file="$dir/log/munged.log" --seed-file="$dir/seed" --num-threads=2 --force >/dev/null 2>&1 &
started+=($!)
wait_for 20 "munge" test -S "$dir/sock"
slurmctld -D -f "$dir/slurm.conf" -c >/dev/null 2>&1 &
started+=($!)
declare -A node
for name in N1 N2; do
  slurmd -D -f "$dir/slurm.conf" -N "$name" >/dev/null 2>&1 &
  node[$name]=$!
  started+=($!)
done
idle() { [ "$(sinfo --noheader --format=%D --states=idle 2>/dev/null)" = 2 ]; }
wait_for 60 "two nodes" idle

study=(sweep models/studies/refresh-interval.toml --reps "$replications")
models=$PWD/models
cd "$dir/work"
ln -s "$models" models
echo "one process"
rccsim "${study[@]}" --quiet --out alone >/dev/null || [ $? -le 4 ]

echo "an array of ten shards on two nodes"
rccsim submit --engine slurm --shards 10 --cores 1 "${study[@]}" --out shared >submit.sh
sh submit.sh
units() { [ "$(find shared/units -name '*.unit' 2>/dev/null | wc -l)" -ge "$1" ]; }
wait_for 120 "the first units" units 100

echo "node N2 is killed with its tasks"
steps=$(pgrep -f "slurmstepd: \[" || true)
on_n2=()
for id in $steps; do
  # A step daemon works in the spool folder of its node.
  if tr '\0' '\n' <"/proc/$id/environ" 2>/dev/null | grep -q "N2" || ls -l "/proc/$id/fd" 2>/dev/null | grep -q "slurmd.N2\|spool.N2"; then
    on_n2+=("$id" $(descendants "$id"))
  fi
done
kill -9 "${node[N2]}" "${on_n2[@]}" 2>/dev/null || true
echo "  slurmd and ${#on_n2[@]} processes of its tasks"
((${#on_n2[@]} > 0)) || { echo "no task of N2 was found"; exit 1; }

begun=$SECONDS
finished() { [ -z "$(squeue --noheader 2>/dev/null)" ]; }
wait_for 500 "the end of the jobs" finished
echo "  all jobs ended $((SECONDS - begun)) s later"
sed -n 's/^.*requeue.*$/  slurmctld: &/p' "$dir/log/ctld.log" | tail -n 3

digests() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs sha256sum); }
if diff <(digests alone) <(digests shared); then
  echo "the same bytes: $(digests shared | wc -l) files"
else
  echo "other bytes"
  exit 1
fi

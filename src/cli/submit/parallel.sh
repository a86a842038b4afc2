#!/bin/sh
# {{shards}} shards of one study, once for each round, on the machines that the file "machines" lists (one ssh login a line; ":" is this one), then
# its publishing here. Nothing runs before you run this script:
#   sh submit.sh
# All machines must see this folder under the same path, and have the same build of rccsim. A machine that is lost gives its
# shard to another one (--retries).
set -u
for round in {{rounds}}; do
  seq 1 {{shards}} | parallel --sshloginfile machines --workdir "$PWD" --jobs 1 --retries 3 \
    {{quoted}} --jobs {{cores}} --shard {}/{{shards}}' || exit
done
{{command}} --jobs {{cores}}
code=$?
# An objective that is missed (3) or open (4) is an answer, no failure.
case "$code" in 3 | 4) exit 0 ;; esac
exit "$code"

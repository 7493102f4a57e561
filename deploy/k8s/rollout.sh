#!/bin/sh
# Brings an installation on Kubernetes to the images of TAG: configuration and migrations first, then everything else, then waits until every
# layer has been replaced. Usage: sh deploy/k8s/rollout.sh OVERLAY TAG     with kubectl pointing at the cluster
set -eu
overlay=$1 tag=$2
part='app.kubernetes.io/component'

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
# The overlay says where the images come from, the caller which ones.
kubectl kustomize "$overlay" | sed -E "s#^( *image: .*/doul(-gateway)?)(:[^ /]+)?\$#\\1:$tag#" >"$rendered"
namespace=$(sed -n 's/^  namespace: //p' "$rendered" | sort -u | head -n 1)
in_namespace() { kubectl --namespace "${namespace:-default}" "$@"; }

in_namespace delete job doul-migrate --ignore-not-found --wait
in_namespace apply --filename "$rendered" --selector "$part in (config,migrate)"
in_namespace wait --for=condition=complete --timeout=30m job/doul-migrate
in_namespace apply --filename "$rendered"
# A changed ConfigMap restarts nothing by itself.
in_namespace rollout restart deployment --selector app.kubernetes.io/part-of=doul
for deployment in $(in_namespace get deployment --selector app.kubernetes.io/part-of=doul --output name); do
  in_namespace rollout status --timeout=10m "$deployment"
done

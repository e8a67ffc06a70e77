#!/bin/sh
# Writes behind every image of the Dockerfile, the compose file and the manifests the digest that its version has in its
# registry now, and prints what changed. Needs docker with buildx, and the network. Run it again after a change of version.
set -eu
cd "$(dirname "$0")"
files='Dockerfile ../compose.yaml kubernetes/*.yaml engines/*.yaml ../.github/workflows/*.yml'

# What is pulled from elsewhere: our own image has no digest before it is published, and stands in the kustomization.
# shellcheck disable=SC2086 # a list of patterns
sed -nE 's/^ *(FROM|image:|.*docker run --rm -i) +([a-z0-9./_-]+:[A-Za-z0-9._-]+)(@sha256:[0-9a-f]{64})?( .*)?$/\2/p' $files \
  | grep -v '^randomchat:' | sort -u | while read -r image; do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  case $digest in sha256:????????????????????????????????????????????????????????????????) ;; *) echo "$image has no digest: $digest" >&2; exit 1 ;; esac
  pattern=$(printf '%s' "$image" | sed 's/[.]/\\./g')
  # shellcheck disable=SC2086
  sed -i -E "s#(^|[ ])$pattern(@sha256:[0-9a-f]{64})?( |\$)#\\1$image@$digest\\3#" $files
  echo "$image@$digest"
done

#!/bin/sh
# Fetches the files of Swagger UI that are embedded here. They are compressed, since nobody reads them: SHA256SUMS
# is of what they unpack to, and a test holds them to it. For another version change the two lines below.
set -eu
cd "$(dirname "$0")"
version=5.35.0
integrity='sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=='

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm pack --silent --pack-destination "$tmp" "swagger-ui-dist@$version" >/dev/null
got="sha512-$(openssl dgst -sha512 -binary "$tmp"/*.tgz | base64 | tr -d '\n')"
if [ "$got" != "$integrity" ]; then
	echo "swagger-ui-dist@$version is not the package that was looked at: $got" >&2
	exit 1
fi
tar -xzf "$tmp"/*.tgz -C "$tmp"
cp "$tmp/package/LICENSE" "$tmp/package/NOTICE" .
files='swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css'
(cd "$tmp/package" && sha256sum $files) >SHA256SUMS
for file in $files; do gzip -9nc "$tmp/package/$file" >"$file.gz"; done
echo "$version" >VERSION

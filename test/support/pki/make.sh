#!/usr/bin/env bash
# Creates the test certificates of this folder: two CAs, server certificates, and client certificates with every kind of name. They are
# valid for a hundred years. A run replaces all of them.
set -euo pipefail
cd "$(dirname "$0")"
years="-days 36500"

authority() { # NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes $years -keyout "$1.key" -out "$1.pem" -subj "/CN=$1"
}
certificate() { # NAME AUTHORITY SUBJECT ALTERNATIVE_NAMES
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "$3"
  openssl x509 -req $years -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -out "$1.pem" -extfile <(echo "subjectAltName=$4")
  rm "$1.csr"
}

authority ca
authority other-ca
certificate server ca /CN=first 'DNS:localhost,IP:127.0.0.1'
certificate renewed-server ca /CN=renewed 'DNS:localhost,IP:127.0.0.1'
certificate pipeline ca /CN=pipeline 'URI:spiffe://corp.test/ns/pipeline/sa/turns'
certificate tenant ca /CN=tenant-one 'DNS:one.clients.test'
certificate unknown ca /CN=unknown 'DNS:unknown.test'
certificate stranger other-ca /CN=pipeline 'URI:spiffe://corp.test/ns/pipeline/sa/turns'
rm -f ca.key other-ca.key ./*.srl

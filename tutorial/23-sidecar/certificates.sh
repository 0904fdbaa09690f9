#!/bin/sh
# Makes an authority, and a key with a certificate for each of the names.
set -e
cd "$(dirname "$0")/config"

openssl ecparam -name prime256v1 -genkey -noout -out ca-key.pem
openssl req -x509 -key ca-key.pem -days 365 -subj '/CN=tutorial' -out ca.pem

for name in frontend backend stranger; do
	openssl ecparam -name prime256v1 -genkey -noout -out $name-key.pem
	echo "subjectAltName=DNS:$name" >$name.ext
	openssl req -new -key $name-key.pem -subj "/CN=$name" |
		openssl x509 -req -CA ca.pem -CAkey ca-key.pem -CAserial serial.srl -CAcreateserial -days 90 \
			-extfile $name.ext -out $name.pem 2>/dev/null
	echo "$name has a certificate"
done

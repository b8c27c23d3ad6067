package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// newUUID returns a random UUID, version 4.
func newUUID() string {
	id := []byte(randomHex(16))
	id[12] = '4'
	id[16] = "89ab"[id[16]%4]
	return fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}

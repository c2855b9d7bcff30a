package blob

import "encoding/hex"

// version1 is "Countersign seals this." sealed under testKey with the binding "v1".
var version1 = unhex("" +
	"435349474e424c4201000000000100008e3571dec2f8b97d922cef8127e6a62d90523b1308512d1d48401e486580f572" +
	"ace3bc663b9f25d5fc70123ae9468c8fc6e04ae4e2f84beb1d41af4484ea7c0f9ea576398de6d96deb9cd012c1f32152" +
	"508a7cf028c0f497015c0c450176b5a05094e1")

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

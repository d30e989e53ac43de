package sts

// Codes are the AADSTS numbers of all refusals.
func Codes() map[int]bool {
	out := map[int]bool{}
	for _, f := range failures() {
		out[f.code] = true
	}
	return out
}

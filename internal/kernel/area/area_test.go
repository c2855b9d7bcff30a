package area

import "testing"

func TestParse(t *testing.T) {
	for s, want := range map[string]bool{
		"0,0,1,1": true, "0.1,0.25,0.3,0.02": true, "0.5,0.5,0.5004,0.5": true,
		"": false, "0,0,1": false, "0,0,1,1,1": false, "NaN,0,1,1": false, "-0.1,0,1,1": false, "0.5,0,0.6,1": false, "0,0,1,2": false, "a,b,c,d": false, "1e-400000,0,1,Inf": false,
	} {
		if a, ok := Parse(s); ok != want || !ok && a != (Area{}) {
			t.Errorf("%q: %+v, %t", s, a, ok)
		}
	}
}

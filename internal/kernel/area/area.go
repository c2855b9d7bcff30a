// Package area names a rectangle of a page.
//
// Owns: the Area value and its text form, "0.1,0.25,0.3,0.02".
// Invariants: an Area lies inside its page; there is none that is not a number.
// Not here: pages (package docwork), what is said about a place (package task).
package area

import (
	"strconv"
	"strings"
)

// An Area is a rectangle in parts of the page's width and height, from the top left: all of it is {0, 0, 1, 1}.
type Area struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

const slack = 0.001 // what rounding may add at the edge

// Parse reads "x,y,width,height". ok is false for what is no rectangle inside a page.
func Parse(s string) (a Area, ok bool) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 || len(s) > 40 {
		return a, false
	}
	for i, to := range []*float64{&a.X, &a.Y, &a.W, &a.H} {
		n, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || !(n >= 0 && n <= 1) {
			return Area{}, false
		}
		*to = n
	}
	if a.X+a.W > 1+slack || a.Y+a.H > 1+slack {
		return Area{}, false
	}
	return a, true
}

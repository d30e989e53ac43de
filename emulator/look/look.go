// Package look is what pages for people have in common: the colours of organisations and the style of the pages that stand
// in for the real services' (sign-in, consent, redemption, SharePoint). It knows no tenant and no page. Colours come in
// pairs, for light and dark, by the reader's system; nothing is loaded from anywhere, and nothing of it is a copy.
package look

import (
	_ "embed" // the styles
	"strconv"
	"unicode/utf8"
)

// Palette gives the classes org-0 to org-7 the colour --accent, in CSS.
//
//go:embed palette.css
var Palette string

//go:embed pages.css
var pages string

// Pages is the style of the emulated services' pages, palette included, in CSS. What only one of them has comes after it.
func Pages() string { return Palette + pages }

// Brand is whose page it is: the organisation's name, the letter that stands for it, and the class of its colour.
type Brand struct{ Organisation, Initial, Accent string }

// BrandOf is the brand of the nth organisation, counted from 0.
func BrandOf(name string, n int) Brand {
	initial, _ := utf8.DecodeRuneInString(name)
	return Brand{name, string(initial), Accent(n)}
}

const accents = 8

// Accent is the class of the nth organisation's colour, counted from 0.
func Accent(n int) string { return "org-" + strconv.Itoa(n%accents) }

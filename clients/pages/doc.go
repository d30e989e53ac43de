// Package pages goes through the product's pages as people do, in Chromium: the console and the pages of sign-in, redemption
// and SharePoint, by mouse and by keyboard, in light and in dark, with scripts and without. Every page is held to axe-core and
// to an HTML validator, which npm brings. It is a module of its own, so that the product's go.mod stays small; `make pages`
// runs it and `make pictures` takes the pictures of docs/pictures.
package pages

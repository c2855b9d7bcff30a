//go:build !linux

package soffice

// BeChild does nothing: there is no LibreOffice where nothing confines it.
func BeChild() {}

package document

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"countersign/internal/kernel/fault"
)

// The bounds of names, in bytes of UTF-8.
const (
	MaxNameBytes   = 255
	maxExtBytes    = 20 // a longer "extension" is part of the name
	maxFolderBytes = 400
)

// CleanName makes the name of an uploaded file safe to show and to save under: one path part, no control characters,
// no marks that turn the direction of writing, at most MaxNameBytes with its extension. notes tells in one sentence
// each what was changed.
//
// Faults: Invalid (field "file": nothing is left of the name).
func CleanName(raw string) (name string, notes []string, err error) {
	name = raw
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
		notes = append(notes, "The folders in the file's name were left out.")
	}
	if kept := strings.Map(keepRune, strings.ToValidUTF8(name, "\uFFFD")); kept != name {
		name = kept
		notes = append(notes, "Characters that cannot be seen, or turn the direction of writing, were left out of the name.")
	}
	name = strings.TrimSpace(norm.NFC.String(name))
	if len(name) > MaxNameBytes {
		name = shorten(name)
		notes = append(notes, "The name was too long: its first part and its extension are kept.")
	}
	if strings.Trim(name, ". ") == "" {
		return "", nil, fault.InField("file", "The file has no name that can be kept. Rename it, then upload it again.")
	}
	return name, notes, nil
}

// keepRune drops what a reader cannot see. The joiners stay: names in Indian scripts are spelled with them.
func keepRune(r rune) rune {
	switch {
	case r == '\u200c' || r == '\u200d':
		return r
	case unicode.Is(unicode.C, r), r == '\u2028', r == '\u2029', r == '\u034f', r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0':
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// shorten cuts before the extension, between characters.
func shorten(name string) string {
	ext := path.Ext(name)
	if len(ext) > maxExtBytes {
		ext = ""
	}
	end := MaxNameBytes - len(ext)
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	// The cut may part a letter from its accent, which would compose with what follows.
	return strings.TrimSpace(norm.NFC.String(strings.TrimSpace(name[:end]) + ext))
}

// cleanFolder makes a place in the file plan: parts parted by "/", none of them empty or a step upwards.
func cleanFolder(raw string) (string, error) {
	var parts []string
	for _, p := range strings.Split(strings.ReplaceAll(raw, `\`, "/"), "/") {
		p = strings.TrimSpace(norm.NFC.String(strings.Map(keepRune, strings.ToValidUTF8(p, "\uFFFD"))))
		switch {
		case p == "":
			continue
		case strings.Trim(p, ".") == "":
			return "", fault.InField("folder", "A folder's name is words, not dots.")
		}
		parts = append(parts, p)
	}
	folder := strings.Join(parts, "/")
	if len(folder) > maxFolderBytes || len(parts) > 12 {
		return "", fault.InField("folder", "The folder's name is too long, or too deep.")
	}
	return folder, nil
}

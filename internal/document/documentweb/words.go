package documentweb

import (
	"encoding/hex"
	"net/url"
	"strconv"

	"countersign/internal/document"
	"countersign/internal/kernel/authz"
	"countersign/internal/ui"
)

var kindNames = map[document.Kind]string{document.Source: "Source", document.Work: "Work product", document.Template: "Template", document.Evidence: "Evidence"}

func kindTabs(p libraryPage) []ui.Tab {
	tab := func(label string, k document.Kind) ui.Tab {
		return ui.Tab{Label: label, Count: -1, Current: p.Filter.Kind == k, Href: href(p.Library, document.Filter{Kind: k, Folder: p.Filter.Folder, Find: p.Filter.Find})}
	}
	return []ui.Tab{tab("All", ""), tab("Sources", document.Source), tab("Work product", document.Work), tab("Templates", document.Template), tab("Evidence", document.Evidence)}
}

func uploadOptions(kinds []document.Kind) []ui.Option {
	var out []ui.Option
	for _, k := range kinds {
		out = append(out, ui.Option{Value: string(k), Label: kindNames[k]})
	}
	return out
}

var causeOptions = []ui.Option{
	{Value: string(document.WrongMatter), Label: "It belongs to another matter"},
	{Value: string(document.Clawback), Label: "Its sender asks for it back", Hint: "Clawback of privileged material."},
}

// href is the list's address with another filter.
func href(l document.Library, f document.Filter) string {
	q := url.Values{}
	for _, x := range [][2]string{{"kind", string(f.Kind)}, {"folder", f.Folder}, {"q", f.Find}, {"after", string(f.After)}} {
		if x[1] != "" {
			q.Set(x[0], x[1])
		}
	}
	at := matterPath(l.Matter) + "/documents"
	if len(q) == 0 {
		return at
	}
	return at + "?" + q.Encode()
}

func firstHref(p libraryPage) string {
	if p.Filter.After == "" {
		return ""
	}
	f := p.Filter
	f.After = ""
	return href(p.Library, f)
}

func nextHref(p libraryPage) string {
	if p.Library.Next == "" {
		return ""
	}
	f := p.Filter
	f.After = p.Library.Next
	return href(p.Library, f)
}

func folderHref(p libraryPage, folder string) string {
	return href(p.Library, document.Filter{Kind: p.Filter.Kind, Folder: folder, Find: p.Filter.Find})
}

func folderName(f string) string {
	if f == "" {
		return "Top of the file plan"
	}
	return f
}

func shortHash(sum [32]byte) string { return hex.EncodeToString(sum[:6]) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// typeOf is what the bytes are, or how the name lies about them.
func typeOf(name, mediaType string) (say string, lies bool) {
	if lie := document.Lie(name, mediaType); lie != "" {
		return lie, true
	}
	return document.Describe(mediaType), false
}

// why is the sentence of a decision that denies.
func why(d authz.Decision) string {
	if len(d.Rules) == 0 {
		return "Your role does not include this."
	}
	return d.Rules[0].Say
}

func standing(sh document.Sheet) *document.Hold {
	if sh.Document.State == document.Quarantined && len(sh.Holds) > 0 {
		return &sh.Holds[0]
	}
	return nil
}

func stageNote(v document.Version) string {
	if v.Stage == "" {
		return ""
	}
	return "Stage: " + v.Stage
}

func errorOf(errors []ui.FieldError, name string) string {
	for _, e := range errors {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

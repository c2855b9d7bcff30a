package documentweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/ui"
)

// partOf reads which part of a version an address names: ?in=1.3 is the third file of the first one inside.
func partOf(r *http.Request) (p document.Part, err error) {
	in, ok := document.ParsePath(r.URL.Query().Get("in"))
	if !ok {
		return p, fault.Missing()
	}
	return document.Part{Version: ident.VersionID(r.PathValue("id")), In: in}, nil
}

// listed is how many files of a family stand in its list.
const listed = 150

// A familyList is what is inside a version, as far as it is listed.
type familyList struct {
	Kin     []document.Kin
	LeftOut int
}

// family is the list of the family: all of it, or where that is long, the files around the one that is read with those
// that hold it.
func (x readPage) family() (out familyList) {
	all := x.View.Family
	if len(all) <= listed {
		return familyList{all, 0}
	}
	at := max(0, x.place())
	from, to := at-listed/4, at+listed*3/4
	for i, k := range all {
		holds := len(k.In) < len(x.View.In) && slices.Equal(k.In, x.View.In[:len(k.In)])
		if i >= from && i < to || holds {
			out.Kin = append(out.Kin, k)
		} else {
			out.LeftOut++
		}
	}
	return out
}

// place is where the file that is read stands in the family.
func (x readPage) place() int {
	return slices.IndexFunc(x.View.Family, func(k document.Kin) bool { return slices.Equal(k.In, x.View.In) })
}

// beside is the nearest file in a direction, 1 or -1, that can be opened; ok is false at the end of the family.
func (x readPage) beside(by int) (k document.Kin, ok bool) {
	for i := x.place() + by; i >= 0 && i < len(x.View.Family); i += by {
		if x.View.Family[i].Why == "" {
			return x.View.Family[i], true
		}
	}
	return k, false
}

// name is that of the file that is read.
func (x readPage) name() string {
	if i := x.place(); len(x.View.In) > 0 && i >= 0 {
		return kinName(x.View.Family[i])
	}
	return x.View.Document.Name
}

func kinName(k document.Kin) string {
	if k.Name == "" {
		return "File without a name"
	}
	return k.Name
}

// kinSize says how large a file is and how many are in it.
func kinSize(k document.Kin) string {
	s := ui.Bytes(k.SizeBytes)
	if k.Holds > 0 {
		s += ", " + ui.Plural(k.Holds, "file", "files") + " inside"
	}
	return s
}

// partPath is the address of the reader of a part.
func partPath(id ident.VersionID, in document.Path) string {
	if len(in) == 0 {
		return readPath(id)
	}
	return readPath(id) + "?in=" + in.String()
}

// toFile is the address of another file of the family, read for the same task.
func (x readPage) toFile(in document.Path) string {
	at := partPath(x.View.Version.ID, in)
	if x.Task == "" {
		return at
	}
	sep := "?"
	if len(in) > 0 {
		sep = "&"
	}
	return at + sep + "task=" + url.QueryEscape(string(x.Task))
}

// crumbs lead from the matter's documents to the file that is read.
func (x readPage) crumbs() []ui.Crumb {
	d, v := x.View.Document, x.View.Version
	out := []ui.Crumb{{Label: "Documents", Href: matterPath(d.Matter) + "/documents"}, {Label: d.Name, Href: documentPath(d.ID)}}
	if len(x.View.In) == 0 {
		return append(out, ui.Crumb{Label: "Version " + itoa(v.N)})
	}
	out = append(out, ui.Crumb{Label: "Version " + itoa(v.N), Href: x.toFile(nil)})
	for _, k := range x.View.Family {
		if n := len(k.In); n > 0 && n < len(x.View.In) && slices.Equal(k.In, x.View.In[:n]) {
			out = append(out, ui.Crumb{Label: kinName(k), Href: x.toFile(k.In)})
		}
	}
	return append(out, ui.Crumb{Label: x.name()})
}

// says is what stands under the name of the file that is read.
func (x readPage) says() string {
	s := "Version " + itoa(x.View.Version.N) + ". "
	if len(x.View.In) > 0 {
		s = "File " + x.View.In.String() + " inside " + x.View.Document.Name + ", version " + itoa(x.View.Version.N) + ". "
	}
	return s + x.View.Info.Kind + pageCount(x) + "."
}

// part adds the part that is read to an address that has a query already.
func (x readPage) part() string {
	if len(x.View.In) == 0 {
		return ""
	}
	return "&in=" + x.View.In.String()
}

// around is the number with which those of the files beside the one that is read begin: "1." of 1.3.
func (x readPage) around() string {
	if len(x.View.In) < 2 {
		return ""
	}
	return x.View.In.Out().String() + "."
}

func depthClass(k document.Kin) string { return "d" + strconv.Itoa(k.Depth()) }

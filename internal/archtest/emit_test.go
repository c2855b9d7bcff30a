package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// emitters are the files that may name what brings native bytes of documents out of the store, or sends them. Everything
// else that leaves the program are pages that it drew and text that the gate let out.
var emitters = map[string][]string{
	"Blobs.Open":        {"internal/document/open.go", "internal/document/pages.go", "internal/platform/backup/prove.go"}, // for serveBytes; for a child, which gives pixels back; to prove a restore
	"Blobs.Raw":         {"internal/platform/backup/write.go", "internal/platform/backup/restore.go"},
	"document.Opened":   {"internal/document/documentweb/file.go"},
	"serveBytes":        {"internal/document/documentweb/file.go", "internal/document/documentweb/api.go"},
	"http.ServeContent": {"internal/document/documentweb/file.go", "internal/ui/assets.go"},
}

func emits(f *ast.File, path string) (wrong []string) {
	say := func(name string) {
		if files, known := emitters[name]; known && !slices.Contains(files, path) {
			wrong = append(wrong, path+" uses "+name)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.SelectorExpr:
			switch on := x.X.(type) {
			case *ast.Ident:
				say(on.Name + "." + x.Sel.Name)
			case *ast.SelectorExpr:
				say(on.Sel.Name + "." + x.Sel.Name)
			}
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok {
				say(id.Name)
			}
		}
		return true
	})
	return wrong
}

// One function emits native bytes: documentweb.serveBytes, behind document.Service.Open, which asks the gate.
func TestOneEmitter(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, w := range emits(f, filepath.ToSlash(strings.TrimPrefix(path, "../../"))) {
			t.Errorf("%s: native bytes go out in one place", w)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEmitterCatches(t *testing.T) {
	src := "package x\nfunc f() { s.Blobs.Open(1); g(document.Opened{}); serveBytes(2); http.ServeContent(w) }"
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := emits(f, "internal/thread/threadweb/leak.go"); len(got) != 4 {
		t.Errorf("%q", got)
	}
}

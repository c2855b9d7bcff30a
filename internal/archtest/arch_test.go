package archtest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath, Dir  string
	Imports, GoFiles []string

	path string // relative to internal/
}

func packages(t *testing.T) []pkg {
	t.Helper()
	// The test cache sees the folders that this process opens, not those of the go command: without this walk a result
	// could be remembered although a file has been added.
	if err := filepath.WalkDir("..", func(_ string, _ os.DirEntry, err error) error { return err }); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.path = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("go list knows %d packages: the rules would check nothing", len(all))
	}
	return all
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		if !known(first(p.path)) {
			t.Errorf("internal/%s is not in archtest: a new top-level folder takes its place in the rules", first(p.path))
		}
		for _, imp := range p.Imports {
			to, inside := strings.CutPrefix(imp, module)
			if why := may(p.path, to, inside); why != "" {
				t.Errorf("%s imports %s: %s", p.path, to, why)
			}
		}
	}
}

// The rules are themselves tested: each line is a mistake someone will make.
func TestRulesCatch(t *testing.T) {
	for _, c := range []string{
		"kernel/fault > platform/db", "kernel/fault ! os", "kernel/fault ! database/sql",
		"platform/jobs > task", "platform/gate ! github.com/jackc/pgx/v5", "platform/gate ! net/http", "platform/jobs ! github.com/cedar-policy/cedar-go",
		"task ! net/http", "task ! database/sql", "task ! net/http/httptest", "task ! github.com/a-h/templ", "task ! math/rand",
		"task > platform/web", "task > task/taskweb", "task > testkit", "task > app", "task > matter", "task > schema", "task > ui",
		"task/taskweb > platform/db", "task/taskweb > platform/gate", "task/taskweb ! database/sql", "task/taskweb > matter", "task/taskweb > matter/matterweb",
		"task/taskweb ! html/template", "ui > task", "ui > platform/web", "client > task", "cli > task", "cli > platform/config", "cli ! net/http", "client > cli", "schema > platform/gate", "platform/gate > ui", "platform/web > task", "demo/world > app", "demo/world > task/taskweb", "demo/world ! database/sql", "schema ! github.com/jackc/pgx/v5",
	} {
		if from, to, inside := edge(c); may(from, to, inside) == "" {
			t.Errorf("the rules let %s import %s", from, to)
		}
	}
	for _, c := range []string{
		"task > platform/gate", "task > kernel/fault", "task/taskweb > task", "task/taskweb > ui", "task/taskweb ! net/http", "task/taskweb > platform/web",
		"platform/db ! database/sql", "platform/jobs ! github.com/jackc/pgx/v5/pgxpool", "schema ! database/sql", "ui ! github.com/a-h/templ", "app > task/taskweb",
		"task ! math/rand/v2", "cli > client", "platform/web > ui", "demo/world > task", "demo/world > demo/paper", "platform/gate ! github.com/cedar-policy/cedar-go/types",
	} {
		if from, to, inside := edge(c); may(from, to, inside) != "" {
			t.Errorf("the rules do not let %s import %s", from, to)
		}
	}
}

// edge reads "from > to" (both in the project) or "from ! to" (to is outside).
func edge(s string) (from, to string, inside bool) {
	f := strings.Fields(s)
	return f[0], f[2], f[1] == ">"
}

// calls that only some packages may make: a clock or an environment that anyone reads is an argument nobody sees.
var calls = []struct{ name, who, why string }{
	{"time.Now", "app platform/* platform/*/* kernel/ident testkit e2e e2e/*", "the time is an argument: tx.Now, v.Now"},
	{"os.Getenv", "platform/config testkit e2e e2e/*", "configuration is read in one place"},
	{"os.LookupEnv", "platform/config testkit e2e e2e/*", "configuration is read in one place"},
}

func callsIn(f *ast.File, from string) (wrong []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		for _, c := range calls {
			if ok && x.Name+"."+sel.Sel.Name == c.name && !matches(c.who, from) {
				wrong = append(wrong, c.name+": "+c.why)
			}
		}
		return true
	})
	return wrong
}

func TestCallsCatch(t *testing.T) {
	src := "package x\nimport (\"os\"; \"time\")\nvar now = time.Now\nfunc f() { os.Getenv(\"A\"); os.LookupEnv(\"B\") }"
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]int{"task": 3, "task/taskweb": 3, "platform/gate": 2, "platform/config": 0, "testkit": 0} {
		if got := callsIn(f, from); len(got) != want {
			t.Errorf("%s: %q", from, got)
		}
	}
}

const (
	maxFile    = 500  // lines
	maxPackage = 3000 // lines
	maxFiles   = 15
	maxKernel  = 1000 // lines in all
)

func TestFilesAndSizes(t *testing.T) {
	kernel := 0
	for _, p := range packages(t) {
		lines, count, doc := 0, 0, ""
		for _, name := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			doc += f.Doc.Text()
			if ast.IsGenerated(f) {
				continue
			}
			n := strings.Count(string(src), "\n")
			lines, count = lines+n, count+1
			if n > maxFile {
				t.Errorf("%s/%s has %d lines; %d is the limit", p.path, name, n, maxFile)
			}
			for _, wrong := range callsIn(f, p.path) {
				t.Errorf("%s/%s calls %s", p.path, name, wrong)
			}
		}
		if first(p.path) == "kernel" {
			kernel += lines
		}
		if lines > maxPackage || count > maxFiles {
			t.Errorf("%s has %d files and %d lines: it is two ideas (limits %d and %d)", p.path, count, lines, maxFiles, maxPackage)
		}
		for _, word := range []string{"Owns", "Invariants", "Not here"} {
			if len(p.GoFiles) > 0 && !strings.Contains(doc, word+":") {
				t.Errorf("the package comment of %s does not say %q", p.path, word+":")
			}
		}
	}
	if kernel >= maxKernel {
		t.Errorf("the kernel has %d lines; %d is the limit", kernel, maxKernel)
	}
}

// The words are upper case, as the project writes SQL: "update the board" in a sentence is no statement.
var writes = regexp.MustCompile(`\b(?:INSERT INTO|INSERT OR [A-Z]+ INTO|UPDATE|DELETE FROM)\s+([a-z_]+)\b`)

func writers(src string) (tables []string) {
	for _, line := range strings.Split(src, "\n") {
		code, _, _ := strings.Cut(line, "//")
		for _, m := range writes.FindAllStringSubmatch(code, -1) {
			tables = append(tables, m[1])
		}
	}
	return tables
}

// Each table is written by the SQL of one package only.
func TestOneWriterPerTable(t *testing.T) {
	owner := map[string]string{}
	for _, p := range packages(t) {
		if ring := first(p.path); ring == "schema" || ring == "testkit" || ring == "e2e" || ring == "archtest" {
			continue
		}
		for _, name := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range writers(string(src)) {
				if o := owner[table]; o != "" && o != p.path {
					t.Errorf("%s and %s both write table %s", o, p.path, table)
				}
				owner[table] = p.path
			}
		}
	}
}

func TestWritersCatch(t *testing.T) {
	got := writers("db.SQL(`INSERT INTO a (v) VALUES (?)`)\n`UPDATE b\nSET v = 1`; `DELETE FROM c WHERE 1=1` // UPDATE d\n`SELECT v FROM e FOR UPDATE`")
	if strings.Join(got, " ") != "a b c" {
		t.Errorf("found %q", got)
	}
}

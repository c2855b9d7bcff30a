package probe

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"strings"
	"testing"
)

var (
	passage = []byte("\x00\x01stream of bytes that no other file has \xfe\xff\x80")
	says    = []string{"On the ninth of March the gate log of yard four names a driver", "who was not on the roster of that night, and nobody asked him why."}
)

// What a document is known by is found in every wrapping, and nothing else is taken for it.
func TestTraces(t *testing.T) {
	tr := NewTraces([][]byte{passage}, says, []string{"Brandt v. Harbor"})
	words := strings.Join(says, " ")
	zipped := func(b []byte) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		f, err := z.Create("a")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(b)
		_ = z.Close()
		return out.Bytes()
	}
	gzipped := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(b)
		_ = z.Close()
		return out.Bytes()
	}
	js := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	around := append(append([]byte("before"), passage...), "after"...)
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"the file":               {around, TheFile},
		"in base64":              {js(map[string]string{"d": base64.StdEncoding.EncodeToString(around)}), TheFile},
		"in base64, one further": {js(map[string]string{"d": base64.StdEncoding.EncodeToString(append([]byte("1"), around...))}), TheFile},
		"in base64 of addresses": {[]byte("?d=" + base64.RawURLEncoding.EncodeToString(append([]byte("12"), around...))), TheFile},
		"in hexadecimal":         {[]byte(hex.EncodeToString(around)), TheFile},
		"zipped":                 {zipped(around), TheFile},
		"zipped twice":           {zipped(zipped(around)), TheFile},
		"gzipped":                {gzipped(around), TheFile},
		"words":                  {[]byte("… " + words[20:] + " …"), ItsWords},
		"words in tags":          {[]byte("<p>" + strings.ReplaceAll(words, " ", "</span> <span class=\"x\">") + "</p>"), ItsWords},
		"words in an attribute":  {[]byte(`<img alt="` + html.EscapeString(words) + `">`), ItsWords},
		"words escaped":          {js([]string{strings.ToUpper(words)}), ItsWords},
		"words zipped":           {zipped([]byte(words)), ItsWords},
		"a few words":            {[]byte("the gate log of yard four"), ""},
		"the title":              {[]byte("<h1>Brandt v. Harbor</h1>"), ""},
		"a broken archive":       {[]byte("PK\x03\x04" + words[:12]), ""},
		"nothing":                {nil, ""},
	} {
		if got := tr.In(c.body); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if tr.Looking == "" || !strings.Contains(strings.ToLower(words), tr.Looking) {
		t.Errorf("looking for %q", tr.Looking)
	}
	if got := NewTraces(nil, []string{"Brandt v. Harbor Freight and Rail, et al., in the Northern District"}, []string{"Northern District of Texas, in the matter of", "Brandt v. Harbor et al.", "Rail and Freight"}); !got.Empty() {
		t.Errorf("the title of a matter is a trace: %+v", got)
	}
}

// A route is walked with what is known, word by word, and with no more addresses than the bound.
func TestQuestions(t *testing.T) {
	ids := &known{always: []string{"v", "d"}, by: map[string][]string{"documents": {"d"}}}
	ids.learn([]byte(`<a href="/tasks/00000000-0000-7000-8000-0000000000aa/review">`))
	for pattern, want := range map[string]string{
		"GET /documents/{id}":          "GET /documents/d",
		"GET /versions/{id}/pages/{n}": "GET /versions/v/pages/1 GET /versions/d/pages/1",
		"POST /tasks/{id}/say":         "POST /tasks/00000000-0000-7000-8000-0000000000aa/say",
		"GET /{$}":                     "GET /",
		"/":                            "GET /",
	} {
		var got []string
		for _, q := range ids.questions(Route{Pattern: pattern}) {
			got = append(got, q.Method+" "+q.Path)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s", pattern, s)
		}
	}
	if n := len(ids.questions(Route{Pattern: "GET /a/{x}/{y}/{z}/{u}/{v}"})); n != perRoute {
		t.Errorf("%d addresses", n)
	}
}

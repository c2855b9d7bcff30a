package testkit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/internal/platform/web"
)

type openAPI struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct{ Schemas, SecuritySchemes map[string]json.RawMessage }
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Security    []map[string][]string
	Responses   map[string]json.RawMessage
}

var (
	otherHost = regexp.MustCompile(`https?://[a-zA-Z0-9.-]+`)
	schemaRef = regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`)
)

// CheckOpenAPI walks the API's document: it is valid, names no other host, and every route below /api/v1 stands in it
// with a verb, a summary, its security and its refusals.
func CheckOpenAPI(t *testing.T, m *web.Mux) {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var doc openAPI
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatalf("the document: status %d, OpenAPI %q, %v", w.Code, doc.OpenAPI, err)
	}
	if hosts := otherHost.FindAllString(w.Body.String(), -1); hosts != nil {
		t.Errorf("the document names other hosts: %q", hosts)
	}
	for _, ref := range schemaRef.FindAllStringSubmatch(w.Body.String(), -1) {
		if doc.Components.Schemas[ref[1]] == nil {
			t.Errorf("the schema %s is referred to and not there", ref[1])
		}
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			at := strings.ToUpper(method) + " " + path
			if !slices.Contains(m.Patterns, at) {
				t.Errorf("%s is documented and not served", at)
			}
			checkOperation(t, at, op, doc)
			if ids[op.OperationID] {
				t.Errorf("%s: the operation %s stands twice", at, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	checkServed(t, m, doc)
	yaml := httptest.NewRecorder()
	m.ServeHTTP(yaml, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.yaml", nil))
	if yaml.Code != http.StatusOK || !strings.Contains(yaml.Body.String(), "openapi: 3.1.0") {
		t.Errorf("openapi.yaml: %d", yaml.Code)
	}
}

func checkOperation(t *testing.T, at string, op operation, doc openAPI) {
	t.Helper()
	if op.OperationID == "" || op.Summary == "" {
		t.Errorf("%s has no verb or no summary", at)
	}
	if len(op.Security) == 0 {
		t.Errorf("%s says nothing of security", at)
	}
	for _, s := range op.Security {
		for name := range s {
			if doc.Components.SecuritySchemes[name] == nil {
				t.Errorf("%s names the security scheme %s, which is not there", at, name)
			}
		}
	}
	good, refusals := 0, 0
	for status, body := range op.Responses {
		if status < "400" {
			good++
		} else if strings.Contains(string(body), "application/problem+json") && strings.Contains(string(body), "/Problem") {
			refusals++
		}
	}
	if good == 0 || refusals == 0 {
		t.Errorf("%s documents %d successes and %d refusals", at, good, refusals)
	}
}

func checkServed(t *testing.T, m *web.Mux, doc openAPI) {
	t.Helper()
	served := 0
	for _, pattern := range m.Patterns {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok || !strings.HasPrefix(path, "/api/v1/") || strings.HasPrefix(path, "/api/v1/openapi") {
			continue
		}
		served++
		if _, ok := doc.Paths[path][strings.ToLower(method)]; !ok {
			t.Errorf("%s is served and not documented", pattern)
		}
	}
	if served == 0 {
		t.Error("nothing is served below /api/v1")
	}
}

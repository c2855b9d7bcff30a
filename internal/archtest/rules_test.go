package archtest

import (
	"path"
	"slices"
	"strings"
)

const module = "countersign/internal/"

// uses lists the features, and for each the features it may import. Keep it short: prefer an interface of your own,
// filled in by package app.
var uses = map[string][]string{
	"account":    {},
	"engagement": {},
	"matter":     {},
	"playbook":   {},
	"document":   {},
	"task":       {"playbook"},
	"thread":     {},
	"trail":      {},
	"find":       {},
	"imports":    {"account", "matter"},
	"probe":      {"document"},
	"access":     {"document", "trail"},
	"evidence":   {"trail"},
	"privacy":    {"deadline/courtday", "deadline/rule", "trail"},
	"deadline":   {},
	"sla":        {"task"},
}

// reserved lists outside packages that only some may import. who are patterns of packages, with path.Match.
var reserved = []struct{ prefix, who, why string }{
	{"database/sql", "platform/db platform/jobs platform/telemetry schema", "features run fragments, they do not open connections"}, // telemetry reads the statistics of a pool
	{"github.com/jackc/pgx/", "platform/db platform/jobs", "one package knows the engine"},
	{"github.com/ncruces/go-sqlite3", "platform/db", "one package knows the engine"},
	{"github.com/riverqueue/", "platform/jobs", "the job library stays behind platform/jobs"},
	{"github.com/pressly/goose/", "schema", "migrations are schema's"},
	{"github.com/cedar-policy/", "platform/gate platform/gate/*", "policies are asked by the gate"},
	{"github.com/a-h/templ", "*/*web ui ui/* platform/web", "pages stay in the web packages"},
	{"github.com/danielgtaylor/huma", "*/*web platform/web", "the API stays in the web packages"},
	{"net/http", "*/*web ui client platform/web platform/live platform/telemetry platform/blob", "HTTP stays in the web packages"},
	{"html/template", "", "pages are templ components"},
	{"text/template", "", "it does not escape"},
	{"math/rand", "", "crypto/rand, or math/rand/v2 for what is not secret"},
}

// free are the packages under no import rule: app builds everything, the others are not shipped.
var free = []string{"app", "testkit", "archtest", "e2e", "bench"}

// rings are the other top-level folders that are no feature.
var rings = []string{"kernel", "platform", "schema", "ui", "client", "cli", "demo"}

// pure is all that a kernel package may import from outside.
var pure = strings.Fields("cmp crypto/rand encoding/binary encoding/hex errors fmt iter maps slices strconv strings sync/atomic time unicode unicode/utf8")

// may says why package from may not import package to; "" if it may. Paths of the project are relative to internal/.
func may(from, to string, inside bool) string {
	ring := first(from)
	switch {
	case slices.Contains(free, ring):
		return ""
	case !inside:
		return mayOutside(from, to)
	case first(to) == "kernel":
		return ""
	case ring == "platform":
		// The frame of every page, error pages too, is drawn with the design system.
		return unless(first(to) == "platform" || from == "platform/web" && first(to) == "ui", "mechanisms know no feature")
	case ring == "schema":
		return unless(to == "platform/db", "migrations need a database and nothing else")
	case uses[ring] != nil && path.Base(from) == ring+"web":
		return mayWeb(ring, to)
	case uses[ring] != nil:
		return mayFeature(ring, to)
	case ring == "demo":
		ok := first(to) == "demo" || first(to) == "platform" && to != "platform/web" || uses[to] != nil
		return unless(ok, "the demonstration does what people do, through the features' verbs")
	case ring == "cli":
		return unless(to == "client", "the command line knows the server by its API")
	case ring == "ui":
		return unless(first(to) == "ui", "the design system knows no feature")
	}
	return ring + " imports only kernel"
}

func mayOutside(from, to string) string {
	for _, r := range reserved {
		// "math/rand" is not "math/rand/v2"; every other rule covers the packages below it too.
		covered := to == strings.TrimSuffix(r.prefix, "/") || r.prefix != "math/rand" && strings.HasPrefix(to, strings.TrimSuffix(r.prefix, "/"))
		if covered && !matches(r.who, from) {
			return r.why
		}
	}
	return unless(first(from) != "kernel" || slices.Contains(pure, to), "the kernel is pure")
}

func mayWeb(feature, to string) string {
	ok := to == feature || strings.HasPrefix(to, feature+"/") || to == "platform/web" || to == "platform/live" || first(to) == "ui"
	return unless(ok, "a web package reaches records only through its own feature")
}

func mayFeature(feature, to string) string {
	own := strings.HasPrefix(to+"/", feature+"/") && path.Base(to) != feature+"web"
	ok := own || first(to) == "platform" && to != "platform/web" || slices.Contains(uses[feature], to)
	return unless(ok, "a feature imports kernel, platform (not web) and what the uses table grants it")
}

func known(ring string) bool {
	return uses[ring] != nil || slices.Contains(free, ring) || slices.Contains(rings, ring)
}

func first(p string) string {
	head, _, _ := strings.Cut(p, "/")
	return head
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

func matches(patterns, pkg string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		ok, err := path.Match(p, pkg)
		return ok && err == nil
	})
}

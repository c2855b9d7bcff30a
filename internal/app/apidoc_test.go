package app

import (
	"testing"

	"countersign/internal/account/accountweb"
	"countersign/internal/document/documentweb"
	"countersign/internal/engagement/engagementweb"
	"countersign/internal/matter/matterweb"
	"countersign/internal/platform/web"
	"countersign/internal/playbook/playbookweb"
	"countersign/internal/task/taskweb"
	"countersign/internal/testkit"
	"countersign/internal/thread/threadweb"
)

// One document describes the API of every feature; nothing is served that does not stand in it.
func TestAPIDocument(t *testing.T) {
	m := testkit.NewRouteMux()
	api := web.NewAPI(m, nil)
	accountweb.API(api, nil)
	engagementweb.API(api, nil)
	matterweb.API(api, nil)
	playbookweb.API(api, nil)
	documentweb.API(api, nil)
	taskweb.API(api, nil)
	threadweb.API(api, nil)
	testkit.CheckOpenAPI(t, m)
}

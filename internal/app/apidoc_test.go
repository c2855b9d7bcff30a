package app

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/account"
	"countersign/internal/account/accountweb"
	"countersign/internal/deadline/deadlineweb"
	"countersign/internal/document/documentweb"
	"countersign/internal/engagement/engagementweb"
	"countersign/internal/imports/importsweb"
	"countersign/internal/kernel/actor"
	"countersign/internal/matter/matterweb"
	"countersign/internal/platform/web"
	"countersign/internal/playbook/playbookweb"
	"countersign/internal/probe/probeweb"
	"countersign/internal/sla/slaweb"
	"countersign/internal/task/taskweb"
	"countersign/internal/testkit"
	"countersign/internal/thread/threadweb"
	"countersign/internal/trail/trailweb"
)

// One document describes the API of every feature; nothing is served that does not stand in it.
func TestAPIDocument(t *testing.T) {
	m := web.NewMux()
	api := web.NewAPI(m, nil)
	accountweb.API(api, nil)
	engagementweb.API(api, nil)
	matterweb.API(api, nil)
	playbookweb.API(api, nil)
	documentweb.API(api, nil)
	taskweb.API(api, nil)
	threadweb.API(api, nil)
	trailweb.API(api, nil)
	importsweb.API(api, nil)
	probeweb.API(api, nil)
	deadlineweb.API(api, nil)
	slaweb.API(api, nil)
	testkit.CheckOpenAPI(t, m)
	everything := actor.Actor{Scopes: []string{}}
	for _, s := range account.Scopes {
		everything.Scopes = append(everything.Scopes, s.ID)
	}
	for path, item := range api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil && !everything.Covers(op.OperationID) {
				t.Errorf("%s: no scope that a token can have covers %s", path, op.OperationID)
			}
		}
	}
}

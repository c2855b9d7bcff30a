package documentweb

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// An unlockPage asks for the password of a locked version once more.
type unlockPage struct {
	Chrome  ui.Chrome
	Version ident.VersionID
	Errors  []ui.FieldError
}

func (p pages) unlock(w http.ResponseWriter, r *http.Request) error {
	id := ident.VersionID(r.PathValue("id"))
	err := p.s.Unlock(r.Context(), web.Who(r), id, r.PostFormValue("password"))
	switch {
	case err == nil:
		return web.Redirect(w, r, readPath(id), "It is open. Its password is kept sealed with the matter.")
	case fault.KindOf(err) == fault.Invalid:
		return web.Page(w, r, web.Status(err), unlockView(unlockPage{web.Chrome(r, "Unlock a file"), id, web.FieldErrors(err)}))
	}
	return err
}

func unlockPath(id ident.VersionID) string {
	return "/versions/" + url.PathEscape(string(id)) + "/unlock"
}

func apiUnlock(api huma.API, s *document.Service) {
	type key struct {
		Password string `json:"password"`
	}
	type in struct {
		ID   ident.VersionID `path:"id" doc:"Identifier of the version."`
		Body key
	}
	web.Do(api, web.Endpoint{ID: string(document.UnlockFile), Path: "/versions/{id}/unlock", Summary: "Give the password of a locked file", Detail: "It is kept sealed with the matter, and opens the file for whoever may read it."},
		func(ctx context.Context, who actor.Actor, in *in) error {
			return s.Unlock(ctx, who, in.ID, in.Body.Password)
		})
}

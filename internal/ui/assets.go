package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var embedded embed.FS

const assetRoot = "/assets/"

// One hash for the whole folder: modules import each other by relative address, so a page never mixes two builds.
var assetHash = hashAssets(embedded)

func hashAssets(files fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write([]byte{0})
		sum.Write(content)
		return nil
	})
	if err != nil {
		panic("ui: embedded assets: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Asset is the address of an asset, /assets/<hash>/<name>. It changes with any asset of the build.
func Asset(name string) string { return assetRoot + assetHash + "/" + name }

// Assets serves every address that Asset gives; mount it at /assets/. An address of another build is not found,
// so that a page is never dressed in a newer style sheet for a year.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, assetRoot+assetHash+"/")
		if !ok || !fs.ValidPath(name) {
			http.NotFound(w, r)
			return
		}
		content, err := fs.ReadFile(embedded, path.Join("assets", name))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		head := w.Header()
		head.Set("Content-Type", contentType(name))
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
		head.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(content) // a reader who left is no fault of ours
	})
}

// The tables of the host differ, and a module under a wrong type does not run.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

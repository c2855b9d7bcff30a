package slaweb

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// export writes the minute ledger for other programs: one line a segment. Instants are RFC 3339 in UTC; seconds are whole, rounded
// down. Nothing in it was typed by a person.
func (p pages) export(w http.ResponseWriter, r *http.Request) error {
	x, err := p.s.Clock(r.Context(), web.Who(r), ident.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+x.Task.Name()+`-clock.csv"`)
	rows := [][]string{{"task", "from", "to", "seconds", "counts as", "put down to", "stage", "evidence", "terms version"}}
	if x.Ledger != nil {
		for _, s := range x.Ledger.Segments {
			rows = append(rows, []string{x.Task.Name(), s.From.UTC().Format(time.RFC3339), s.To.UTC().Format(time.RFC3339), strconv.FormatInt(int64(s.Long()/time.Second), 10),
				string(s.Kind), string(s.Kind.Party()), s.Stage, s.Ref, strconv.Itoa(x.Ledger.Terms.Version)})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

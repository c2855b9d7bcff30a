package account

import (
	"strings"
	"testing"

	"countersign/internal/kernel/fault"
	"countersign/internal/testkit"
)

func TestInvitationLetter(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.Mail = true
		link, err := d.Invite(t.Context(), testkit.As(testkit.FirmAdmin), invited)
		if err != nil {
			t.Fatal(err)
		}
		jobs := d.TakeJobs()
		if len(jobs) != 1 {
			t.Fatalf("%d jobs", len(jobs))
		}
		job := jobs[0].(InvitationMail)
		if strings.Contains(job.Sealed, link) {
			t.Error("the queue holds the link itself")
		}
		l, err := d.Letter(t.Context(), job)
		if err != nil || l.To != invited.Email || l.Path != "/invitation/"+link || l.Org != "Halsted & Rowe LLP" || l.From != "firmadmin" || l.Roles != "Supervising attorney" || l.ID == "" {
			t.Errorf("%+v, %v", l, err)
		}
		if again, err := d.Letter(t.Context(), job); err != nil || again.ID != l.ID {
			t.Errorf("another identifier for the same letter: %v", err)
		}
		d.real.Advance(InvitationLasts)
		_, err = d.Letter(t.Context(), job)
		testkit.WantKind(t, err, fault.NotFound)
	})
}

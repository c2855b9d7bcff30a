package world

// Clients are the clients of both firms. One of Halsted's, the Orlov estate,
// has not consented to outsourcing.
func Clients() []Client {
	all := []string{"confidential", "privileged"}
	return []Client{
		{Key: "brandt", Firm: "halsted", Name: "Karen L. Brandt", Consent: "C-31", ConsentOn: "2026-03-12", DataClasses: all},
		{Key: "vireo", Firm: "halsted", Name: "Vireo Systems, Inc.", Consent: "C-12", ConsentOn: "2026-02-09", DataClasses: all},
		{Key: "castellano", Firm: "halsted", Name: "Elena Castellano", Consent: "C-27", ConsentOn: "2026-03-02", DataClasses: all},
		{Key: "harborpoint", Firm: "halsted", Name: "Harbor Point Holdings LLC", Consent: "C-08", ConsentOn: "2026-02-04", DataClasses: all},
		{Key: "orlov", Firm: "halsted", Name: "Estate of Pyotr Orlovane"},
		{Key: "tesfay", Firm: "halsted", Name: "Almaz Tesfayohn", Consent: "C-35", ConsentOn: "2026-04-20", DataClasses: []string{"confidential", "phi"}},
		{Key: "quillfeather", Firm: "halsted", Name: "Quillfeather Instruments Co.", Consent: "C-22", ConsentOn: "2026-02-26", DataClasses: all},
		{Key: "merriwold", Firm: "oakes", Name: "Merriwold Tenants Cooperative", Consent: "TO-3", ConsentOn: "2026-01-20", DataClasses: all},
		{Key: "sandoval", Firm: "oakes", Name: "Ines Sandovar", Consent: "TO-5", ConsentOn: "2026-02-11", DataClasses: all},
		{Key: "pelletric", Firm: "oakes", Name: "Pelletric Foods Corp.", Consent: "TO-9", ConsentOn: "2026-09-16", DataClasses: all},
	}
}

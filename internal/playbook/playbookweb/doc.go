// Package playbookweb is the pages of a firm's playbooks and its defect codes.
//
// Owns: routes under /playbooks and /defects.
// Invariants: the editor works without script, every button posts the whole form; a refused form keeps what was typed.
// Not here: what a version may say and who may change it (package playbook and the gate).
package playbookweb

// Package playbook keeps a firm's own procedures: for each task type its steps, checklists, review stages and
// turnaround, in versions that never change once released.
//
// Owns: tables playbook, playbook_version, defect. Verbs: playbook.import, playbook.new, playbook.start_version,
// playbook.edit_version, playbook.release_version, playbook.retire, defect.add, defect.edit, defect.retire.
//
// Invariants:
//   - a released version is never changed; work begun on it keeps it;
//   - the stages are one draft, any number of reviews, one attorney acceptance, in that order;
//   - separation of duties is no setting: nothing here can put one person at two stages of a task;
//   - the words of a version are sealed under the firm's key; its name, stages and hours are not;
//   - a defect code that was used is retired, never deleted.
//
// Not here: tasks and who takes which stage (package task), the template's bytes (package document).
package playbook

// What was being written in a talk that goes on elsewhere: it is there again if the talk comes back.
// In this page's memory alone, and not for long; of a talk that is over nothing is kept.
const KEPT = 15 * 60 * 1000;
const drafts = new Map();

export function leaveDraft({ talk, composer }, over) {
  const text = composer.field.value;
  forget(talk.conversation);
  if (!over && text.trim()) {
    const timer = setTimeout(() => drafts.delete(talk.conversation), KEPT);
    drafts.set(talk.conversation, { text, timer });
  }
}

export function giveDraft({ talk, composer }) {
  const draft = drafts.get(talk.conversation);
  if (draft) {
    composer.field.value = draft.text;
    composer.typed();
    forget(talk.conversation);
  }
}

function forget(conversation) {
  clearTimeout(drafts.get(conversation)?.timer);
  drafts.delete(conversation);
}

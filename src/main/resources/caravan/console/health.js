/* What is safe and what is not, in words: from the tasks as they are, and from what Kafka and the archive have. */

import { count, counted, duration } from './format.js';
import { to } from './router.js';

/** Seconds after which something that waits is worth a word. */
const LONG = 15 * 60;

export function isBackup(task) {
  return task.template.startsWith('kafka-backup');
}

export function isRestore(task) {
  return task.template.startsWith('kafka-restore');
}

/**
 * One line about everything.
 *
 * @param at when the tasks were as they are said to be
 * @return tone (good, warning, bad, info), line, more, since (epoch milliseconds or null)
 */
export function verdict(tasks, at, matters) {
  const backups = tasks.filter(isBackup);
  const present = matters.filter(({ past }) => !past);
  const worst = present.find(({ tone }) => tone === 'bad') ?? present.find(({ tone }) => tone === 'warning');
  const stored = backups.filter(({ backup }) => backup);
  const lag = stored.reduce((sum, { backup }) => sum + backup.lagRecords, 0);
  const oldest = Math.max(0, ...stored.map(({ backup }) => backup.lagSeconds));
  const waiting = lag > 0 ? `${counted(lag, 'record')} not stored yet; the oldest of them ${waits(oldest)}.` : '';
  const lost = matters.some(({ past }) => past) ? 'What was lost before is named below.' : '';
  const more = [waiting, lost].filter((each) => each !== '').join(' ') || null;
  if (worst?.tone === 'bad') {
    return { tone: 'bad', line: worst.text, more: worst.hint, since: worst.since ?? null };
  }
  if (backups.length === 0) {
    return { tone: 'info', line: 'Nothing is backed up by this service.', more: 'A backup task copies topics as they grow.', since: null };
  }
  if (worst) {
    return { tone: 'warning', line: worst.text, more: more ?? worst.hint, since: worst.since ?? null };
  }
  const without = stored.filter(({ state, backup }) => state === 'running' && backup.partitions.length === 0);
  if (without.length > 0) {
    const names = some(without.map(({ name }) => name));
    return { tone: 'info', line: `${names}: no partitions yet. It begins, or another process has all of them.`, more, since: null };
  }
  if (lag > 0) {
    return oldest > LONG
      ? { tone: 'warning', line: `${counted(lag, 'record')} not stored yet, since ${duration(oldest * 1000)}.`, more: null, since: null }
      : { tone: 'good', line: 'All is well: what is new is on its way into the archive.', more, since: null };
  }
  return { tone: 'good', line: 'All records of the topics that are backed up are safe in the archive.', more, since: at };
}

/**
 * What somebody should look at, worst first: tone, text, hint, href, since, past (it can't be mended any more).
 *
 * @param topics the answer of /topics, or undefined before there is one
 */
export function attention(tasks, at, topics) {
  const matters = [...tasks.flatMap((task) => ofTask(task, at)), ...(topics ? ofTopics(topics) : [])];
  const order = { bad: 0, warning: 1, info: 2 };
  return matters.sort((one, other) => order[one.tone] - order[other.tone]);
}

function ofTask(task, at) {
  const found = [];
  const say = (tone, text, hint, since, past = false) => found.push({ tone, text, hint, since, past, href: to(['tasks', task.name]), link: task.name });
  const { backup, restore } = task;
  const since = backup ? at - backup.secondsSinceLastSuccess * 1000 : undefined;
  if (task.state === 'failed') {
    say('bad', `The task ${task.name} failed${task.failure ? `: ${task.failure}` : ''}`, 'Put right what it says, then restart the task.', since);
  } else if (task.state === 'retrying') {
    const long = backup && backup.secondsSinceLastSuccess > LONG;
    say(
      long ? 'bad' : 'warning',
      `The task ${task.name} can’t work now${task.failure ? `: ${task.failure}` : ''}`,
      'It tries again until it succeeds. Nothing is lost as long as Kafka keeps what is not stored.',
      since,
    );
  } else if (backup && (task.state === 'paused' || task.state === 'stopped')) {
    say('warning', `The task ${task.name} is ${task.state}: what is new is not stored`, 'Resume it, before Kafka deletes what is not stored.', since);
  }
  if (backup) {
    if (backup.missingTopics.length > 0) {
      say('warning', `Kafka does not have ${backup.missingTopics.join(', ')}, which ${task.name} shall back up`, 'Correct the task, or create the topic again: what was stored of it can be restored.');
    }
    if (backup.gaps > 0) {
      say('warning', `${counted(backup.gaps, 'gap')} in what ${task.name} stored: Kafka deleted or compacted records before they were read`, "The topic’s page names the ranges. Longer retention, or a backup that is not behind, prevents the next gap.", undefined, true);
    }
    if (backup.truncations > 0) {
      say('warning', `${counted(backup.truncations, 'log was', 'logs were')} truncated while ${task.name} backed up`, 'Records that were backed up are not in Kafka any more; it goes on from there.', undefined, true);
    }
    if (backup.verification === 'failure') {
      say('bad', `The last check of ${task.name} found damage`, 'Verify tells which objects, and what it means.');
    }
  }
  restore?.attention.forEach((text) => say('warning', text, `The restore ${task.name} says so.`));
  return found;
}

function ofTopics({ topics, kafkaError, archiveError }) {
  const found = [];
  if (kafkaError) {
    found.push({ tone: 'bad', text: `Kafka does not answer: ${kafkaError}`, hint: 'The archive can be read meanwhile.' });
  }
  if (archiveError) {
    found.push({ tone: 'bad', text: `The archive can’t be read: ${archiveError}`, hint: 'Nothing can be stored or restored meanwhile.' });
  }
  for (const { topic, holes, gaps, tasks } of topics) {
    if (holes > 0) {
      found.push({ tone: 'bad', text: `${counted(holes, 'hole')} in ${topic}: offsets that nothing in the archive answers for`, hint: 'An upload under way looks like that for a moment. Verify tells what is damaged.', href: to(['topics', topic]), link: topic });
    }
    if (gaps > 0 && !tasks.some((name) => found.some(({ link }) => link === name))) {
      found.push({ tone: 'warning', text: `${counted(gaps, 'gap')} in ${topic}: these records can’t be had any more`, hint: 'The picture of the topic shows when.', past: true, href: to(['topics', topic]), link: topic });
    }
  }
  const alone = topics.filter(({ inKafka, internal, tasks }) => inKafka && !internal && tasks.length === 0);
  if (alone.length > 0 && !kafkaError) {
    found.push({ tone: 'info', text: `${counted(alone.length, 'topic')} of Kafka in no backup: ${some(alone.map(({ topic }) => topic))}`, hint: 'A new backup can take them by a pattern.', href: to(['new-backup']), link: 'New backup' });
  }
  return found;
}

/** How long something waits. */
function waits(seconds) {
  return seconds < 1 ? 'has just come' : `waits for ${duration(seconds * 1000)}`;
}

/** A few of many names. */
export function some(names, most = 4) {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${count(names.length - most)} more`;
}

/** Why a run pauses on purpose. */
export type WaitReason =
  /** Asked to stay away for a while. */
  | 'throttled'
  /** 5xx, to something that may be sent again. */
  | 'failing'
  /** No answer at all. */
  | 'unreached'
  /** Somebody else writes to the same object. */
  | 'conflict'
  /** What was created does not show yet where it is needed. */
  | 'catching up'
  /** Looking whether a write whose answer was lost took. */
  | 'answer lost'
  /** What was written does not show in reads yet. */
  | 'lagging'
  /** Two reads are to agree. */
  | 'agreeing'
  /** The settle time of a step. */
  | 'settling';

/** One pause, before it begins. */
export type Wait = {
  /** Name of the tenant; unset: GitHub. */
  readonly tenant?: string;
  readonly from: 'Graph' | 'the sign-in service' | 'GitHub' | 'the directory';
  readonly why: WaitReason;
  /** What goes on afterwards: "batch of 7", "step 3". */
  readonly what: string;
  /** Milliseconds. */
  readonly ms: number;
  /** The how-manieth pause of its kind, from 1, and how many there are at most. */
  readonly attempt: number;
  readonly of: number;
};

/** Told of every pause. */
export type OnWait = (wait: Wait) => void;

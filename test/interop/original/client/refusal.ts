/** A login the original client gives up: its 403, whose whole body is the message. */
export class Refusal extends Error {}

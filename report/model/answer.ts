/** A plain sentence that answers the run's question, and the mark it has to carry. */
export interface Answer {
  text: string;
  mark?: string;
}

/** The view of the one row that a list has. */
export function viewOne<Row, View>([row]: readonly Row[], view: (row: Row) => View): View {
  if (row === undefined) throw new Error('There is one row to be shown.');
  return view(row);
}

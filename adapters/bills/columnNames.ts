/** The names of a header line without the unit that some carry in brackets: 收支金额(元), 订单金额（元）. */
export function columnNamesOf(header: string): readonly string[] {
  return header.split(',').map((name) => name.trim().replace(/[（(][^（(]*[）)]$/, ''));
}

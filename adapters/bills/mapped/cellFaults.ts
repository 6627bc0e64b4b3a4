/** Why a cell holds no value: messages of these names say so. */
export type CellFault = 'cellFault' | 'formulaWithoutValue' | 'nestedValue';

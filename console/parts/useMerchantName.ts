import { useHospitalName } from './useHospitalName.ts';

/** The name of a hospital, or its id where it has none. */
export function useMerchantName(): (merchantId: string) => string {
  const nameOf = useHospitalName();
  return (merchantId) => nameOf(merchantId) ?? merchantId;
}

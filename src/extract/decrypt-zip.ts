import { createCipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

const AES_ROUNDS = 1000;
const AES_CHECK_BYTES = 2;
const AES_CODE_BYTES = 10;
const OLD_HEAD_BYTES = 12;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});

/** The packed content of an entry in the old encryption of zip files; null when the password does not fit. */
export function decryptOld(bytes: Buffer, password: string, checkByte: number): Buffer | null {
  if (bytes.length < OLD_HEAD_BYTES) return null;
  const keys: [number, number, number] = [0x12345678, 0x23456789, 0x34567890];
  const update = (byte: number): void => {
    keys[0] = crcOf(keys[0], byte);
    keys[1] = (Math.imul((keys[1] + (keys[0] & 0xff)) >>> 0, 134775813) + 1) >>> 0;
    keys[2] = crcOf(keys[2], keys[1] >>> 24);
  };
  for (const byte of Buffer.from(password)) update(byte);
  const plain = Buffer.alloc(bytes.length);
  for (const [index, byte] of bytes.entries()) {
    const mixed = (keys[2] | 2) & 0xffff;
    plain[index] = byte ^ ((Math.imul(mixed, mixed ^ 1) >>> 8) & 0xff);
    update(plain[index]);
    if (index === OLD_HEAD_BYTES - 1 && plain[index] !== checkByte) return null;
  }
  return plain.subarray(OLD_HEAD_BYTES);
}

/** The same in the AES encryption of WinZip; `strength` is 1 to 3, for keys of 128, 192 and 256 bits. */
export function decryptAes(bytes: Buffer, password: string, strength: number): Buffer | null {
  const keyBytes = 8 + 8 * strength;
  const saltBytes = keyBytes / 2;
  if (![1, 2, 3].includes(strength) || bytes.length < saltBytes + AES_CHECK_BYTES + AES_CODE_BYTES)
    return null;
  const salt = bytes.subarray(0, saltBytes);
  const derived = pbkdf2Sync(password, salt, AES_ROUNDS, 2 * keyBytes + AES_CHECK_BYTES, 'sha1');
  const start = saltBytes + AES_CHECK_BYTES;
  if (!derived.subarray(2 * keyBytes).equals(bytes.subarray(saltBytes, start))) return null;
  const packed = bytes.subarray(start, bytes.length - AES_CODE_BYTES);
  const code = createHmac('sha1', derived.subarray(keyBytes, 2 * keyBytes))
    .update(packed)
    .digest();
  if (!timingSafeEqual(code.subarray(0, AES_CODE_BYTES), bytes.subarray(-AES_CODE_BYTES))) return null;
  return counterMode(packed, derived.subarray(0, keyBytes));
}

/** AES in counter mode, but with a counter that begins with its lowest byte, which node:crypto does not know. */
function counterMode(packed: Buffer, key: Buffer): Buffer {
  const blocks = Math.ceil(packed.length / 16);
  const counters = Buffer.alloc(blocks * 16);
  for (let block = 0; block < blocks; block += 1) counters.writeUInt32LE(block + 1, block * 16);
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  const stream = cipher.update(counters);
  return Buffer.from(packed.map((byte, index) => byte ^ stream[index]!));
}

/** One step of the checksum, without the inversions before and after. */
function crcOf(crc: number, byte: number): number {
  return (crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// One field of a form with its label, hint and error tied to it; the error of the whole form.
import { useLingui } from '@lingui/react/macro';
import { FormItem, FormStatus, Input, type InputProps } from '@vkontakte/vkui';
import { useEffect, useId, useRef } from 'react';
import { fieldText, problemText } from '../api/problems';

interface FieldProps extends Omit<InputProps, 'id'> {
  label: string;
  name: string;
  hint?: string;
  error?: string;
  optional?: boolean;
  /** At fault, though the words stand elsewhere. */
  invalid?: boolean;
}

export function Field({ label, name, hint, error, optional, invalid, required = !optional, ...input }: FieldProps) {
  const { t } = useLingui();
  const id = useId();
  const bottom = error ?? hint;
  return (
    <FormItem top={optional ? t`${label} (если есть)` : label} htmlFor={id} status={error ? 'error' : 'default'} bottom={bottom} bottomId={bottom ? `${id}-b` : undefined}>
      <Input
        {...input}
        id={id}
        name={name}
        required={required}
        slotProps={{ input: { 'aria-invalid': error || invalid ? true : undefined, 'aria-describedby': bottom ? `${id}-b` : undefined } }}
      />
    </FormItem>
  );
}

/** Says what went wrong above the button, and moves focus to the field at fault; `words`: what stands there, where the form knows better. */
export function FormError({ error, fields = [], words }: { error: unknown; fields?: readonly string[]; words?: string }) {
  const { t, i18n } = useLingui();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) box.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  if (!error) return null;
  const inField = words ?? fieldText(i18n, error, ...fields);
  return (
    <FormItem>
      <div ref={box}>
        <FormStatus mode="error" className="status" title={inField ? t`Исправьте отмеченное поле` : undefined}>
          {inField ?? problemText(i18n, error)}
        </FormStatus>
      </div>
    </FormItem>
  );
}

export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();

/** As it was typed: blanks at its ends count. */
export const passwordOf = (form: FormData): string => String(form.get('password'));

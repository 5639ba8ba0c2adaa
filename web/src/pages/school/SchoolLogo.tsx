// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's logo: chosen, sent, replaced, removed; where it is seen.
import { useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { SimpleCell } from '@vkontakte/vkui';
import { schoolQuery } from '../../api/queries';
import type { School } from '../../api/types';
import { PictureChoice } from '../../forms/PictureChoice';
import { Face } from '../../shell/Face';
import { Logo } from '../../shell/Logo';

export function SchoolLogo({ school, say }: { school: School; say: (text: string) => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const words = {
    choose: t`Выбрать логотип`, replace: t`Заменить логотип`, file: t`Файл с логотипом`, saved: t`Логотип сохранён`, removed: t`Логотип убран`,
  };
  return (
    <>
      <SimpleCell multiline before={school.logo ? <Logo size={72} /> : <Face name={school.name} size={72} />} subtitle={t`Логотип видят все: в меню, при входе и в «Помощи». Лучше квадратный.`}>
        {school.name}
      </SimpleCell>
      <PictureChoice<School>
        address="/api/v1/school/logo" path="/api/v1/school" has={school.logo !== null} words={words}
        keep={(changed) => cache.setQueryData(schoolQuery.queryKey, changed)} say={say}
      />
    </>
  );
}
